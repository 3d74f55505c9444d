# What a person types is what CI runs. Each verb is a script in deploy/local; `setpriv` ends it when make is killed.
verb = @exec setpriv --pdeathsig TERM -- deploy/local

.PHONY: help run test fmt check build bench fuzz soak images guides openapi clean
help:     ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s%s\n", $$1, $$2 }' Makefile
run:      ## install what is missing, build, start everything, show one conversation, serve until Ctrl-C
	$(verb)/run.sh
test:     ## install what is missing, start PostgreSQL and Redis, build, test
	$(verb)/test.sh
fmt:      ## format the Swift sources
	$(verb)/format.sh
check:    ## format, warnings, and the promises that Tests/ArchitectureTests keep
	$(verb)/check.sh
build:    ## build everything, optimised
	$(verb)/build.sh
bench:    ## measure beside the peers; the output is kept in .local/bench
	$(verb)/bench.sh
fuzz:     ## feed the parsers for FUZZ_SECONDS each (600)
	$(verb)/fuzz.sh
soak:     ## everything at once for SOAK_SECONDS (600), with services killed meanwhile
	$(verb)/soak.sh
images:   ## assemble the images' files as deploy/Dockerfile says, and run them as docker-compose.yml says
	$(verb)/images.sh
guides:   ## follow the guides for whoever changes Troupe in a copy, and build and test it
	$(verb)/guides.sh
openapi:  ## write deploy/openapi.json from the endpoint declarations
	$(verb)/openapi.sh
clean:    ## remove what was built, installed and stored here (.build, .local)
	$(verb)/clean.sh
