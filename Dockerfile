# One image for each app: docker build --build-arg APP=orders --tag doorbuster/orders .
FROM node:24-bookworm-slim AS base
WORKDIR /doorbuster

# The manifests alone: what is installed stays as it is until one of them changes.
FROM base AS manifests
COPY . .
RUN mkdir /manifests && find . -name 'package*.json' -exec cp --parents {} /manifests \;

# For all apps; it leaves behind npm's cache of what each of them needs.
FROM base AS installed
COPY --from=manifests /manifests ./
RUN npm ci --ignore-scripts --no-audit --no-fund

# What this app and its libraries need to run. Nobody reads types, source maps and handbooks there.
FROM installed AS dependencies
ARG APP
RUN npm ci --omit=dev --omit=optional --workspace "apps/$APP" --ignore-scripts --prefer-offline --no-audit --no-fund \
    && find node_modules \( -name '*.d.ts' -o -name '*.d.?ts' -o -name '*.map' -o -name '*.md' \) -type f -delete

# This app and the libraries that it refers to, as JavaScript.
FROM installed AS compiled
ARG APP
COPY . .
RUN npx tsc --build "apps/$APP" \
    && mkdir /compiled \
    && find apps libs -path '*/dist/*' -name '*.js' -exec cp --parents {} /compiled \; \
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

# The gateway serves on PORT; a service answers there how it is.
ENV NODE_ENV=production PORT=3000
EXPOSE 3000 9464
# Numbers, because a cluster that refuses root cannot look names up.
USER 1000:1000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node is the first process and ends in order by itself; no shell is needed. `migrate` and, of the gateway, `seed` are arguments.
ENTRYPOINT ["node", "dist/main.js"]
