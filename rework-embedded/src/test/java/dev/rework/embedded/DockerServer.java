package dev.rework.embedded;

import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** A Postgres in a container, for the lane that asks for it; Testcontainers' own reaper removes it. */
final class DockerServer {

    private DockerServer() {}

    @SuppressWarnings("resource")
    static String url() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            throw new IllegalStateException("-Drework.test.server=docker was asked for, and no Docker engine answers");
        }
        PostgreSQLContainer postgres = new PostgreSQLContainer("postgres:18-alpine");
        postgres.start();
        return "postgresql://" + postgres.getUsername() + ":" + postgres.getPassword() + "@" + postgres.getHost() + ":"
                + postgres.getMappedPort(5432) + "/" + postgres.getDatabaseName();
    }
}
