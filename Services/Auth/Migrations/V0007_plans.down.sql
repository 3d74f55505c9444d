ALTER TABLE auth.organizations DROP COLUMN plan;
