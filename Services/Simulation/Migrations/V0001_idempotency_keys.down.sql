DROP TABLE simulation.idempotency_keys;
DROP FUNCTION simulation.is_visible(uuid);
