package dev.rework.monitor;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * What a monitor asks the database before it begins. Nobody who mistyped an address should wait: who is not there is told at
 * once. But a server that was heard and restarts, or ends a connection, is asked again for a while. Who tells the monitor to
 * stop meanwhile does not wait for a server either: each question is asked on a thread of its own, which is left behind.
 */
final class FirstWords {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long PAUSE_MILLIS = 250;
    // A server that answers is heard out: what it did should be known, and be undone in the usual way.
    private static final long LAST_MILLIS = 500;

    private final CompletableFuture<Boolean> stopped;
    private final long end = System.nanoTime() + PATIENCE_NANOS;
    private boolean heard;
    private boolean again;

    /** @param stopped done once nobody wants the answers any more */
    FirstWords(CompletableFuture<Boolean> stopped) {
        this.stopped = stopped;
    }

    /**
     * Asks until there is an answer.
     *
     * @throws CancellationException when told to stop before there is one
     */
    <T> T ask(Supplier<T> question) {
        while (true) {
            try {
                T answer = once(question);
                heard = true;
                return answer;
            } catch (CancellationException e) {
                throw e;
            } catch (RuntimeException e) {
                heard |= Outage.isHeard(e);
                boolean worthIt = heard && Outage.is(e) && System.nanoTime() - end < 0;
                if (!worthIt || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                again = true;
            }
            pause();
        }
    }

    private <T> T once(Supplier<T> question) {
        if (stopped.isDone()) {
            throw cancelled();
        }
        CompletableFuture<T> answer = CompletableFuture.supplyAsync(question, FirstWords::beside);
        CompletableFuture<Boolean> tooLate = stopped.thenApplyAsync(
                yes -> yes, CompletableFuture.delayedExecutor(LAST_MILLIS, TimeUnit.MILLISECONDS));
        try {
            CompletableFuture.anyOf(answer, tooLate).join();
            if (!answer.isDone()) {
                throw cancelled();
            }
            return answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException own ? own : e;
        }
    }

    private static CancellationException cancelled() {
        return new CancellationException("told to stop before it began");
    }

    private static void beside(Runnable question) {
        Thread thread = new Thread(question, "rework-first-words");
        thread.setDaemon(true);
        thread.start();
    }

    private void pause() {
        try {
            stopped.get(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException goOn) {
            // The usual case.
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether something was asked more than once: what was done then may have been done before, without an answer. */
    boolean isAgain() {
        return again;
    }
}
