ALTER TABLE agent.runs DROP input_tokens, DROP output_tokens;
