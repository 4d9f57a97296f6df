package dev.rework.worker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.ConsoleAppender;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.slf4j.ILoggerFactory;

/**
 * Puts the pipe in the place of logback's console appenders: what they print would be captured twice. Levels and all other
 * appenders of the user's configuration stay; without a configuration everything from DEBUG up is captured.
 */
final class LogbackCapture extends AppenderBase<ILoggingEvent> {
    // Newer JDKs tell of each process they start, and of the end of their own, at DEBUG.
    private static final List<String> PLATFORM = List.of("java", "javax", "jdk", "sun", "com.sun");

    private LogbackCapture() {}

    static void attach(ILoggerFactory factory) {
        LoggerContext context = (LoggerContext) factory;
        LogbackCapture capture = new LogbackCapture();
        capture.setContext(context);
        capture.setName("rework");
        capture.start();
        for (String name : PLATFORM) {
            Logger logger = context.getLogger(name);
            if (logger.getLevel() == null) {
                logger.setLevel(Level.INFO);
            }
        }
        for (Logger logger : context.getLoggerList()) {
            boolean reachesRoot = logger.isAdditive() && !logger.getName().equals(Logger.ROOT_LOGGER_NAME);
            boolean hadConsole = detachConsoles(logger);
            if (logger.getName().equals(Logger.ROOT_LOGGER_NAME) || hadConsole && !reachesRoot) {
                logger.addAppender(capture);
            }
        }
    }

    private static boolean detachConsoles(Logger logger) {
        List<Appender<ILoggingEvent>> consoles = new ArrayList<>();
        for (Iterator<Appender<ILoggingEvent>> all = logger.iteratorForAppenders(); all.hasNext(); ) {
            Appender<ILoggingEvent> appender = all.next();
            if (appender instanceof ConsoleAppender) {
                consoles.add(appender);
            }
        }
        consoles.forEach(logger::detachAppender);
        return !consoles.isEmpty();
    }

    @Override
    protected void append(ILoggingEvent event) {
        StringBuilder text = new StringBuilder(String.valueOf(event.getFormattedMessage()));
        IThrowableProxy proxy = event.getThrowableProxy();
        if (proxy instanceof ThrowableProxy local) {
            text.append('\n').append(Failure.text(local.getThrowable()));
        } else if (proxy != null) {
            text.append('\n').append(ThrowableProxyUtil.asString(proxy).stripTrailing());
        }
        LogBridge.send(event.getLoggerName(), level(event.getLevel()), text.toString());
    }

    private static String level(Level level) {
        int value = level.toInt();
        if (value >= Level.ERROR_INT) {
            return "ERROR";
        } else if (value >= Level.WARN_INT) {
            return "WARNING";
        } else if (value >= Level.INFO_INT) {
            return "INFO";
        }
        return value >= Level.DEBUG_INT ? "DEBUG" : "TRACE";
    }
}
