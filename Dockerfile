# Mailroom in a container: non-root, read-only root file system, data on a volume.
#   docker run --init --read-only --tmpfs /tmp -v mailroom-data:/data -v ./config:/config:ro mailroom
# The config says "data: /data"; the health check asks the port that http: has by default.
FROM node:26-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The runtime of the image is already Node 26, so npm's copy of it is left out.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf node_modules/node-linux-*

FROM node:26-bookworm-slim
LABEL org.opencontainers.image.title="Mailroom"
RUN groupadd --system --gid 10001 mailroom \
 && useradd --system --uid 10001 --gid mailroom --home-dir /data --shell /usr/sbin/nologin mailroom \
 && install -d -o mailroom -g mailroom -m 0700 /data
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY bin ./bin
COPY src ./src
COPY migrations ./migrations
# The embedded PostgreSQL keeps its symbolic links in a list; they are made here, because the root is read-only later.
RUN node bin/run.js src/store/prepare-embedded.ts
USER mailroom
ENV NODE_ENV=production MAILROOM_CONFIG=/config/mailroom.yaml
VOLUME /data
EXPOSE 9464
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
# Migrations run first, so that a schema that cannot be used ends the container before any mailbox is opened.
CMD ["sh", "-c", "node bin/mailroom migrate && exec node bin/mailroom run"]
