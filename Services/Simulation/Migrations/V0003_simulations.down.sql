DROP TABLE simulation.workers, simulation.simulation_events, simulation.live_simulations, simulation.inputs, simulation.simulations;
