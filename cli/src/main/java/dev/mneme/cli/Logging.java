package dev.mneme.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Where log lines go: warnings to standard error, everything to the run folder's {@code mneme.log}. */
final class Logging {
    /** Name of the log in a run folder. */
    static final String FILE = "mneme.log";

    private Logging() {}

    /** Shows informational lines on standard error as well. */
    static void verbose() {
        Appender<ILoggingEvent> console = root().getAppender("console");
        if (console != null) {
            console.clearAllFilters();
            ThresholdFilter filter = new ThresholdFilter();
            filter.setLevel(Level.DEBUG.toString());
            filter.start();
            console.addFilter(filter);
        }
    }

    /** Appends to the log of a run folder until closed. */
    static AutoCloseable toFolder(Path folder) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{30} - %msg%n");
        encoder.start();
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setContext(context);
        appender.setFile(folder.resolve(FILE).toString());
        appender.setAppend(true);
        appender.setEncoder(encoder);
        appender.start();
        root().addAppender(appender);
        return () -> {
            root().detachAppender(appender);
            appender.stop();
        };
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
