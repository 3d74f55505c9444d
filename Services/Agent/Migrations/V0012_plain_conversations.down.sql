-- For what is written from now on: to look through all that is there would hold up every run.
ALTER TABLE agent.artifacts ADD FOREIGN KEY (conversation_id) REFERENCES agent.conversations ON DELETE CASCADE NOT VALID;
ALTER TABLE agent.messages ADD FOREIGN KEY (conversation_id) REFERENCES agent.conversations ON DELETE CASCADE NOT VALID;
ALTER TABLE agent.runs ADD FOREIGN KEY (conversation_id) REFERENCES agent.conversations ON DELETE CASCADE NOT VALID;
ALTER TABLE agent.approvals ADD FOREIGN KEY (run_id) REFERENCES agent.runs ON DELETE CASCADE NOT VALID;
DROP TRIGGER delete_contents ON agent.conversations;
DROP FUNCTION agent.delete_contents();
ALTER TABLE agent.idempotency_keys
    ADD CHECK (length(key) BETWEEN 1 AND 255) NOT VALID, ADD CHECK (length(fingerprint) = 32) NOT VALID;
ALTER TABLE agent.conversations ADD CHECK (length(title) <= 200) NOT VALID;
