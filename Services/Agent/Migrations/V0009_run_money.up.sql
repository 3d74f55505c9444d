-- The cost of a run as money. `cost`, a number in a currency that nobody wrote down, stays for what was written before.
ALTER TABLE agent.runs ADD cost_micros bigint CHECK (cost_micros >= 0),
    ADD cost_currency text CHECK ((cost_micros IS NULL) = (cost_currency IS NULL));
