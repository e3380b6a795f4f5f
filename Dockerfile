# One image for each app: docker build --build-arg APP=orders --tag doorbuster/orders .
FROM node:24-bookworm-slim AS base
WORKDIR /doorbuster

# Only the manifests, so that the installation stays cached until one of them changes.
FROM base AS manifests
COPY . .
RUN mkdir /manifests && find . -name 'package*.json' -exec cp --parents {} /manifests \;

# Shared by all apps; it fills npm's cache for the next stage.
FROM base AS installed
COPY --from=manifests /manifests ./
RUN npm ci --ignore-scripts --no-audit --no-fund

# Run-time dependencies of this app and its libraries, without types, source maps and documentation. With optional ones: sharp's
# binaries for this system are such. Those of the root are of no workspace, and stay out.
FROM installed AS dependencies
ARG APP
RUN npm ci --omit=dev --workspace "apps/$APP" --ignore-scripts --prefer-offline --no-audit --no-fund \
    && find node_modules \( -name '*.d.ts' -o -name '*.d.?ts' -o -name '*.map' -o -name '*.md' \) -type f -delete

# This app and the libraries that it depends on, as JavaScript, and the pictures of the demo catalogue. The gateway also has the
# pages of apps/web.
FROM installed AS compiled
ARG APP
COPY . .
RUN npx tsc --build "apps/$APP" \
    && mkdir /compiled \
    && if [ "$APP" = gateway ]; then npm run build --workspace apps/web && cp --parents --recursive apps/web/dist /compiled; fi \
    && find apps libs \( -path '*/dist/*' -name '*.js' -o -path '*/pictures/*.webp' \) -exec cp --parents {} /compiled \; \
    && find apps libs -path '*/dist' -prune -printf '%h/package.json\n' | xargs cp --parents --target-directory /compiled

FROM base
ARG APP
COPY LICENSE ./
COPY --from=dependencies /doorbuster/node_modules ./node_modules
COPY --from=compiled /compiled ./
WORKDIR /doorbuster/apps/$APP

ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="doorbuster-$APP" \
      org.opencontainers.image.description="The $APP app of Doorbuster, a reference platform for e-commerce microservices" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"

# The gateway serves its API on PORT, a service its health checks.
ENV NODE_ENV=production PORT=3000
EXPOSE 3000 9464
# A numeric id, because Kubernetes cannot check runAsNonRoot by name.
USER 1000:1000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node is the first process and handles signals; no shell is needed. Arguments: `migrate` (services), `seed` (gateway), `once` (provisioner).
ENTRYPOINT ["node", "dist/main.js"]
