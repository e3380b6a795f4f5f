# For `source`: sets GATEWAY, and AUTH with an admin's token. For a deployment set GATEWAY and TOKEN (of your issuer) first.
GATEWAY=${GATEWAY:-http://localhost:3000}
TOKEN=${TOKEN:-$(curl -s "$GATEWAY/v1/auth/token" -H 'content-type: application/json' \
  -d '{"customerId":"ops","role":"admin"}' | sed -E 's/.*"accessToken":"([^"]+)".*/\1/')}
AUTH="authorization: Bearer $TOKEN"
