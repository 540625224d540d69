-- The second database: facts and rollups. Run once, when the server is new; on a server that was there before:
--   docker compose exec postgres createdb -U lectern analytics
CREATE DATABASE analytics;
