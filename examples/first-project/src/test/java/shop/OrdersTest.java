package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rework.Cause;
import dev.rework.InvalidInput;
import dev.rework.Plan;
import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskFilter;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.testing.InThread;
import dev.rework.testing.ReworkTest;
import dev.rework.testing.TestClock;
import dev.rework.testing.TestMonitor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import shop.Orders.Invoice;
import shop.Orders.Order;

@ReworkTest(operations = Orders.class)
class OrdersTest {

    // begin worker
    @Test
    void anInvoiceIsWrittenByAWorker(Rework rework, TestMonitor monitor) {
        Task<Invoice> task = rework.schedule("invoice", new Order("pens", 3, "SEK"), Invoice.class);
        monitor.stepUntilEnd(task);
        assertEquals(new Invoice(750, "SEK"), task.output());
        assertEquals("invoice for 3 x pens", task.logs().get(0).line());
    }
    // end worker

    // begin thread
    @Test
    void aBadOrderFailsWithItsReason(Rework rework, InThread inThread) {
        Task<Object> task = rework.schedule("invoice", new Order("pens", 0, "EUR"));
        inThread.run(task);
        assertEquals(Cause.ERROR, task.cause());
        assertTrue(task.error().contains("nobody orders 0 of pens"));
    }
    // end thread

    // begin refused
    @Test
    void whatIsNoOrderIsRefusedWhenScheduled(Rework rework) {
        InvalidInput refused = assertThrows(
                InvalidInput.class, () -> rework.schedule("invoice", Map.of("article", 5, "currency", "YEN")));
        assertEquals(3, refused.problems().size());
    }
    // end refused

    // begin joins
    @Test
    void aDayIsAddedUpFromTheInvoicesOfItsOrders(Rework rework, TestMonitor monitor) {
        monitor.options(options -> options.workers(1, 2)).run();
        List<Order> orders = List.of(new Order("pens", 2, "EUR"), new Order("ink", 4, "EUR"));
        Task<Long> task = rework.schedule("sales", orders, Long.class);
        assertEquals(1500, task.join(Duration.ofMinutes(1)).output());
    }
    // end joins

    // begin clock
    @Test
    void theShopIsTidiedEveryNight(Rework rework, TestMonitor monitor, TestClock clock) {
        monitor.step();
        Plan plan = rework.plans().get(0);
        clock.advanceTo(plan.next());
        monitor.stepUntil("the night's task is there", () -> rework.plan(plan.id()).orElseThrow().fired() == 1);
        TaskSnapshot tidied = rework.tasks(TaskFilter.all().operation("tidy")).get(0);
        Task<Object> task = rework.find(tidied.id()).orElseThrow();
        assertEquals(TaskState.DONE, monitor.stepUntilEnd(task).state());
    }
    // end clock
}
