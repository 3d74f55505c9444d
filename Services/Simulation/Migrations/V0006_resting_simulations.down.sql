DROP INDEX simulation.live_simulations_awake;
DROP TRIGGER wake ON simulation.live_simulations;
DROP TRIGGER wake ON simulation.inputs;
DROP FUNCTION simulation.wake_cancelled();
DROP FUNCTION simulation.wake_simulation();
-- From now on somebody holds each.
SELECT set_config('troupe.organization', '*', true);
UPDATE simulation.live_simulations SET wake_at = now() WHERE wake_at > now();
