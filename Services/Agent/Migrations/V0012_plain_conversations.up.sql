-- PostgreSQL reads and compiles each CHECK anew for every statement that writes to its table, and asks for the conversation of each message and run
-- again, though both are written by statements that hold it: the acceptance has locked its row, and no conversation with a live run is deleted.
ALTER TABLE agent.conversations DROP CONSTRAINT conversations_title_check;
ALTER TABLE agent.idempotency_keys DROP CONSTRAINT idempotency_keys_key_check, DROP CONSTRAINT idempotency_keys_fingerprint_check;

CREATE FUNCTION agent.delete_contents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM agent.run_events WHERE run_id IN (SELECT id FROM agent.runs WHERE conversation_id = OLD.id);
    DELETE FROM agent.approvals WHERE run_id IN (SELECT id FROM agent.runs WHERE conversation_id = OLD.id);
    DELETE FROM agent.runs WHERE conversation_id = OLD.id;
    DELETE FROM agent.messages WHERE conversation_id = OLD.id;
    DELETE FROM agent.artifacts WHERE conversation_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER delete_contents AFTER DELETE ON agent.conversations FOR EACH ROW EXECUTE FUNCTION agent.delete_contents();

ALTER TABLE agent.approvals DROP CONSTRAINT approvals_run_id_fkey;
ALTER TABLE agent.runs DROP CONSTRAINT runs_conversation_id_fkey;
ALTER TABLE agent.messages DROP CONSTRAINT messages_conversation_id_fkey;
ALTER TABLE agent.artifacts DROP CONSTRAINT artifacts_conversation_id_fkey;
