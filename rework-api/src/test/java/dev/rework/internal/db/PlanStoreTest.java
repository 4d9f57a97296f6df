package dev.rework.internal.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Missed;
import dev.rework.Overlap;
import dev.rework.Plan;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.db.PlanStore.Declared;
import dev.rework.internal.db.PlanStore.Draft;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PlanStoreTest {
    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static final ZoneId PARIS = ZoneId.of("Europe/Paris");

    private final PlanStore plans = new PlanStore(TaskStore.jdbi(db.dataSource(TestDatabase.Part.OPERATOR)));
    private long operation;

    @BeforeEach
    void anOperation() {
        db.execute("truncate rework.task, rework.plan, rework.operation cascade");
        operation = db.number("insert into rework.operation (domain, name) values ('default', 'op') returning id");
    }

    @Test
    @DisplayName("A06 the same plan twice is one row, another rule a second; unprepare answers once")
    void theSamePlanIsOneRow() {
        long first = plans.prepare(draft("* * * * *", null, null));

        assertThat(plans.prepare(draft("*  * * *\t*", null, null))).isEqualTo(first);
        long second = plans.prepare(draft("*/2 * * * *", null, null));
        assertThat(second).isNotEqualTo(first);
        assertThat(plans.list(PlanStore.Filter.ALL)).extracting(Plan::id).containsExactly(first, second);
        assertThat(plans.unprepare(first)).isTrue();
        assertThat(plans.unprepare(first)).isFalse();
    }

    @Test
    @DisplayName("W28 a plan without input never replaces one with input; the order of keys makes no difference")
    void inputIsPartOfTheIdentity() {
        long without = plans.prepare(draft("* * * * *", null, null));
        long with = plans.prepare(draft("* * * * *", "{\"a\": 1, \"b\": [1.10, \"x\"]}", null));

        assertThat(with).isNotEqualTo(without);
        assertThat(plans.prepare(draft("* * * * *", "{\"b\":[1.10,\"x\"],\"a\":1}", null)))
                .isEqualTo(with);
        assertThat(plans.prepare(draft("* * * * *", "{\"b\":[1.1000001,\"x\"],\"a\":1}", null)))
                .isNotEqualTo(with);
        assertThat(plans.prepare(draft("* * * * *", null, new byte[] {1}))).isNotIn(with, without);
        assertThat(plans.prepare(draft("* * * * *", null, null))).isEqualTo(without);
        assertThat(plans.find(without).orElseThrow().input()).isNull();
        assertThat(plans.find(with).orElseThrow().input()).isEqualTo("{\"a\": 1, \"b\": [1.10, \"x\"]}");
    }

    @Test
    @DisplayName("W19 a plan belongs to the operation of its domain, whatever the others are called")
    void plansOfOneNameInTwoDomainsAreTwo() {
        long other = db.number("insert into rework.operation (domain, name) values ('other', 'op') returning id");
        plans.prepare(draft("* * * * *", null, null));
        plans.prepare(new Draft(
                other, "", "* * * * *", ZoneOffset.UTC, null, null, "{}", PlanPolicy.DEFAULT, null, List.of()));

        assertThat(plans.list(new PlanStore.Filter("other", null, null, null, 10, null)))
                .extracting(Plan::domain)
                .containsExactly("other");
        assertThat(plans.list(PlanStore.Filter.ALL)).hasSize(2);
    }

    @Test
    void preparingAgainRenewsPoliciesAndMetadataAndKeepsThePosition() {
        long id = plans.prepare(draft("0 0 * * *", null, null));
        Plan before = plans.find(id).orElseThrow();
        PlanPolicy policy = new PlanPolicy(Missed.ALL, 7, Overlap.QUEUE, Duration.ofSeconds(9));
        plans.pause(id);

        plans.prepare(new Draft(
                operation, "", "0 0 * * *", ZoneOffset.UTC, null, null, "{\"user\":\"Joe\"}", policy, null, List.of()));

        Plan after = plans.find(id).orElseThrow();
        assertThat(new PlanPolicy(after.missed(), after.missedMax(), after.overlap(), after.jitter()))
                .isEqualTo(policy);
        assertThat(after.metadata()).isEqualTo(Map.of("user", "Joe"));
        assertThat(after.position()).isEqualTo(before.position());
        assertThat(after.paused()).isTrue();
        assertThat(after.next()).isNull();
    }

    @Test
    void resumingForgetsThePause() {
        long id = plans.prepare(draft("* * * * *", null, null));
        Instant old = Instant.parse("2020-01-01T00:00:00Z");
        db.update("update rework.plan set last_fire = ?", OffsetDateTime.ofInstant(old, ZoneOffset.UTC));

        assertThat(plans.resume(id)).isTrue();
        assertThat(plans.find(id).orElseThrow().position()).isEqualTo(old);
        plans.pause(id);
        plans.resume(id);
        assertThat(plans.find(id).orElseThrow().position()).isAfter(old);
        assertThat(plans.find(id).orElseThrow().next())
                .isAfter(plans.find(id).orElseThrow().position());
        assertThat(plans.resume(id + 1)).isFalse();
        assertThat(plans.pause(id + 1)).isFalse();
    }

    @Test
    void aPlanOfAnUnknownZoneIsListedWithTheReason() {
        plans.prepare(draft("* * * * *", null, null));
        db.update("update rework.plan set zone = 'Mars/Olympus'");

        Plan plan = plans.list(PlanStore.Filter.ALL).get(0);
        assertThat(plan.next()).isNull();
        assertThat(plan.note()).isEqualTo("this machine knows no time zone Mars/Olympus");
    }

    @Test
    void aDeclaredPlanFollowsItsDeclaration() {
        declare(new Declared("0 3 * * *", PARIS, PlanPolicy.DEFAULT));
        Plan first = plans.list(new PlanStore.Filter(null, null, "op", false, 10, 0L))
                .get(0);
        declare(new Declared("0 3 * * *", PARIS, PlanPolicy.DEFAULT));
        assertThat(plans.list(new PlanStore.Filter(null, null, "op", false, 10, 0L))
                        .get(0)
                        .position())
                .isEqualTo(first.position());
        plans.prepare(draft("0 3 * * *", null, null));

        declare(new Declared("0 4 * * *", PARIS, PlanPolicy.DEFAULT));

        Plan changed = plans.find(first.id()).orElseThrow();
        assertThat(changed.rule()).isEqualTo("0 4 * * *");
        assertThat(changed.zone()).isEqualTo(PARIS);
        assertThat(changed.declared()).isTrue();
        assertThat(changed.position()).isAfter(first.position());
        assertThat(plans.list(PlanStore.Filter.ALL)).hasSize(2);

        declare(null);
        assertThat(plans.list(PlanStore.Filter.ALL)).extracting(Plan::declared).containsExactly(false);
    }

    private void declare(Declared declared) {
        TaskStore.jdbi(db.dataSource(TestDatabase.Part.OPERATOR))
                .useHandle(handle -> PlanStore.declare(handle, operation, declared));
    }

    private Draft draft(String rule, String input, byte[] raw) {
        return new Draft(operation, "", rule, ZoneOffset.UTC, input, raw, "{}", PlanPolicy.DEFAULT, null, List.of());
    }
}
