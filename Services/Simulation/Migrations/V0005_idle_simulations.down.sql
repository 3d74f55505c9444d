DROP INDEX simulation.simulations_by_user;
ALTER TABLE simulation.simulations DROP COLUMN status_since;
