DROP TABLE file.idempotency_keys, file.usage, file.files;
DROP FUNCTION file.is_visible(uuid);
