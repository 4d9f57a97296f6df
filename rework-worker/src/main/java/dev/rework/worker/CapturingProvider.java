package dev.rework.worker;

import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.NOP_FallbackServiceProvider;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * The SLF4J provider of this process: the first one on the class path, the user's if there is one, else ours; when that is
 * logback, with the pipe in the place of its console. Public for SLF4J alone, which makes it when the first logger is asked
 * for.
 */
public final class CapturingProvider implements SLF4JServiceProvider {
    private SLF4JServiceProvider provider = new NOP_FallbackServiceProvider();

    @Override
    public void initialize() {
        SLF4JServiceProvider found = first();
        if (found != null) {
            provider = found;
        }
        provider.initialize();
        if (provider.getClass().getName().startsWith("ch.qos.logback.")) {
            LogbackCapture.attach(provider.getLoggerFactory());
        }
    }

    private static @Nullable SLF4JServiceProvider first() {
        for (var found = ServiceLoader.load(SLF4JServiceProvider.class).iterator(); ; ) {
            try {
                return found.hasNext() ? found.next() : null;
            } catch (ServiceConfigurationError broken) {
                // Of another version of SLF4J, or half there: the next one.
            }
        }
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return provider.getLoggerFactory();
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return provider.getMarkerFactory();
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return provider.getMDCAdapter();
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }
}
