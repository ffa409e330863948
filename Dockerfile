# One image for every process of production: the command says which one it is.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY bin bin
COPY scripts scripts
COPY policies policies
COPY src src
RUN npm run build \
  && node dist/src/cli/main.js build --out /app/belay-build \
  && npm prune --omit=dev \
  # The image has its own Node; the package is for machines with an older one.
  && rm -rf node_modules/node node_modules/node-bin-*

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production \
  BELAY_BUILD=/app/belay-build \
  BELAY_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/belay-build belay-build
# What the server remembers outside its database; a volume that is mounted here begins with this owner.
RUN install -d -o 10001 -g 10001 -m 700 /var/lib/belay
USER 10001:10001
EXPOSE 7420
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "/app/dist/src/cli/main.js"]
CMD ["--help"]
