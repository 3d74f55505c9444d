-- The version before finds the costs where it looks for them.
SELECT set_config('troupe.organization', '*', true);
UPDATE agent.runs SET cost = cost_micros / 1000000.0 WHERE cost_micros IS NOT NULL;
ALTER TABLE agent.runs DROP cost_micros, DROP cost_currency;
