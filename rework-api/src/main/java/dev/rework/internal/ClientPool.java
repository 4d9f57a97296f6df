package dev.rework.internal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import com.zaxxer.hikari.pool.HikariPool;
import dev.rework.internal.db.Database;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The pool of a client that was given an address. */
public final class ClientPool {
    private ClientPool() {}

    /** A pool over the address, with its first connection. Throws {@code DatabaseUnreachable}. Close it. */
    public static HikariDataSource open(DatabaseAddress address) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("rework");
        config.setDataSource(address.dataSource("client"));
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(10_000);
        config.setValidationTimeout(3_000);
        config.setInitializationFailTimeout(1);
        config.setExceptionOverrideClassName(EvictStandby.class.getName());
        try {
            return new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException e) {
            throw new Database(config.getDataSource(), address.toString()).translate("connect", e);
        }
    }

    /** A client's options over such a pool, which is closed with the client. */
    public static ClientOptions options(DatabaseAddress address) {
        HikariDataSource pool = open(address);
        return ClientOptions.over(address, pool, pool::close);
    }

    /** Whether a pool of the caller's has a connection to spare for LISTEN. */
    public static boolean canSpareOne(DataSource connections) {
        return !(connections instanceof HikariDataSource pool) || pool.getMaximumPoolSize() > 1;
    }

    /** After a failover a pooled connection may lead to what is now a standby: it has to go. */
    public static final class EvictStandby implements SQLExceptionOverride {
        @java.lang.Override
        public Override adjudicate(SQLException error) {
            return "25006".equals(error.getSQLState()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
        }
    }
}
