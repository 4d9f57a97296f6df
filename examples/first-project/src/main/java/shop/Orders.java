package shop;

import dev.rework.Choices;
import dev.rework.Default;
import dev.rework.Operation;
import dev.rework.Task;
import dev.rework.TaskContext;
import java.util.List;

/** What our shop has done in the background. */
public final class Orders {

    private Orders() {}

    public record Order(
            String article,
            int count,
            @Default("EUR") @Choices({"EUR", "SEK"}) String currency) {}

    public record Invoice(long cents, String currency) {}

    @Operation(timeout = "PT1M", description = "Writes the invoice of one order")
    public static Invoice invoice(Order order) {
        if (order.count() < 1) {
            throw new IllegalArgumentException("nobody orders " + order.count() + " of " + order.article());
        }
        System.out.println("invoice for " + order.count() + " x " + order.article());
        return new Invoice(order.count() * 250L, order.currency());
    }

    /** Has the invoices of a day written, each by a task of its own, and adds them up. */
    @Operation
    public static long sales(List<Order> orders, TaskContext task) {
        List<Task<Object>> invoices = task.rework().scheduleAll("invoice", orders);
        long cents = 0;
        for (Task<Object> invoice : invoices) {
            cents += invoice.join().output(Invoice.class).cents();
            task.progress(invoices.indexOf(invoice) + 1, invoices.size(), "invoices");
        }
        return cents;
    }

    /** Every night at two. */
    @Operation(cron = "0 2 * * *")
    public static String tidy() {
        return "tidied";
    }
}
