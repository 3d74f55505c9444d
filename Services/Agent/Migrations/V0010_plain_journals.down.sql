-- For what is written from now on: to look through all that is there would hold up every run.
ALTER TABLE agent.live_runs ADD CHECK (shown_limit >= head) NOT VALID;
ALTER TABLE agent.run_events ADD CHECK (first_seq >= 1) NOT VALID, ADD CHECK (last_seq >= first_seq) NOT VALID;
ALTER TABLE agent.messages ADD CHECK (ordinal >= 1) NOT VALID, ADD CHECK (role IN ('user', 'assistant')) NOT VALID;
ALTER TABLE agent.runs
    ADD CHECK (status IN ('queued', 'completed', 'failed', 'cancelled')) NOT VALID,
    ADD CHECK ((status = 'queued') = (finished_at IS NULL)) NOT VALID,
    ADD CHECK ((status = 'failed') = (problem IS NOT NULL)) NOT VALID,
    ADD CHECK ((finished_at IS NULL) = (last_event IS NULL)) NOT VALID,
    ADD CHECK ((input_tokens IS NULL) = (output_tokens IS NULL)) NOT VALID,
    ADD CHECK (input_tokens >= 0) NOT VALID, ADD CHECK (output_tokens >= 0) NOT VALID, ADD CHECK (cost >= 0) NOT VALID,
    ADD CHECK (cost_micros >= 0) NOT VALID, ADD CHECK ((cost_micros IS NULL) = (cost_currency IS NULL)) NOT VALID;
