-- What the model calls of a run used, written down with its end: nobody has to read the journal for it. NULL: no provider said.
ALTER TABLE agent.runs ADD input_tokens bigint CHECK (input_tokens >= 0), ADD output_tokens bigint CHECK (output_tokens >= 0),
    ADD CHECK ((input_tokens IS NULL) = (output_tokens IS NULL));

SELECT set_config('troupe.organization', '*', true);
UPDATE agent.runs r SET input_tokens = u.input_tokens, output_tokens = u.output_tokens
FROM (
    SELECT e.run_id, least(sum((e.private -> 'usage' ->> 'input_tokens')::numeric), 9223372036854775807)::bigint AS input_tokens,
        least(sum((e.private -> 'usage' ->> 'output_tokens')::numeric), 9223372036854775807)::bigint AS output_tokens
    FROM agent.run_events e WHERE e.private -> 'usage' ->> 'input_tokens' IS NOT NULL GROUP BY e.run_id) u
WHERE r.id = u.run_id AND r.finished_at IS NOT NULL;
