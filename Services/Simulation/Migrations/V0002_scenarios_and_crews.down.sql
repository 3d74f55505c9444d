DROP TABLE simulation.crews;
DROP TABLE simulation.scenarios;
