DROP TABLE auth.registrations;
