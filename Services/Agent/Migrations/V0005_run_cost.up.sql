-- What the model calls of a run cost, written down with its end. NULL: the price of one of them was not known.
ALTER TABLE agent.runs ADD cost double precision CHECK (cost >= 0);
