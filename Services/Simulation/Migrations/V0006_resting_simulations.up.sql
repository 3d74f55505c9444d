-- Nobody holds a simulation that only waits for people: it rests (wake_at = 'infinity') until one of them leaves something or wants its end. The triggers
-- wake it, whatever version of the service let the person in.

-- A statement of its own, after the row of simulation.simulations was locked: it sees what was committed meanwhile.
CREATE FUNCTION simulation.wake_simulation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE simulation.live_simulations SET wake_at = now() WHERE simulation_id = NEW.simulation_id AND wake_at > now();
    RETURN NULL;
END $$;
CREATE TRIGGER wake AFTER INSERT ON simulation.inputs FOR EACH ROW EXECUTE FUNCTION simulation.wake_simulation();

CREATE FUNCTION simulation.wake_cancelled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.wake_at := least(NEW.wake_at, now());
    RETURN NEW;
END $$;
CREATE TRIGGER wake BEFORE UPDATE OF cancel_requested ON simulation.live_simulations FOR EACH ROW WHEN (NEW.cancel_requested)
    EXECUTE FUNCTION simulation.wake_cancelled();

-- Those that may be claimed. No append changes wake_at.
CREATE INDEX live_simulations_awake ON simulation.live_simulations (simulation_id) WHERE wake_at < 'infinity';
