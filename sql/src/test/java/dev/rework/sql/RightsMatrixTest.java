package dev.rework.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every role, every table, every verb: what the server says each may do. */
class RightsMatrixTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    // By role: s, i, u, d, t for select, insert, update, delete, truncate; in capitals for the whole table, else for
    // some
    // columns. Partitions of the log, which nobody is granted, are left out.
    private static final String EXPECTED = """
            attempt: reader=S submitter=S operator=S worker=SI monitor=SI
            audit: reader=S submitter=i operator=Si worker=i monitor=Si
            dump: reader=S operator=S monitor=SID
            installation: reader=S submitter=S operator=S worker=S monitor=S
            lines: reader=S submitter=S operator=S worker=S monitor=S
            log: reader=S operator=S worker=S monitor=SID
            monitor: reader=S operator=S monitor=SIUD
            operation: reader=S submitter=S operator=SIU worker=S monitor=S
            plan: reader=s operator=SIUD monitor=SU
            plan_watch: reader=S operator=S monitor=SIU
            plans: reader=S operator=S monitor=S
            registration: reader=S submitter=S operator=SIU worker=S monitor=S
            sample: reader=S operator=S monitor=SID
            schema_version: reader=S submitter=S operator=S worker=S monitor=S
            task: reader=s submitter=Si operator=Siu worker=Siu monitor=SiUD
            tasks: reader=S submitter=S operator=S worker=S monitor=S
            worker: reader=s operator=su worker=su monitor=SIUD
            """;

    private static final String ACTUAL = """
            select string_agg(line, E'\\n' order by line)
              from (select c.relname || ':' || string_agg(' ' || r.role || '=' || v.rights, '' order by r.place) as line
                      from pg_class c
                     cross join unnest(array['reader', 'submitter', 'operator', 'worker', 'monitor']) with ordinality r (role, place)
                     cross join lateral (
                       select coalesce(string_agg(
                                case when has_table_privilege('rework_' || r.role, c.oid, p.verb) then upper(left(p.verb, 1))
                                     when p.verb in ('select', 'insert', 'update')
                                          and has_any_column_privilege('rework_' || r.role, c.oid, p.verb) then left(p.verb, 1)
                                end, '' order by p.place), '') as rights
                         from unnest(array['select', 'insert', 'update', 'delete', 'truncate']) with ordinality p (verb, place)) v
                     where c.relnamespace = 'rework'::regnamespace
                       and c.relkind in ('r', 'p', 'v')
                       and not c.relispartition
                       and v.rights <> ''
                     group by c.relname) lines
            """;

    @BeforeAll
    static void makeRoles() throws SQLException {
        try (Connection connection = db.connection()) {
            Schema.roles(connection);
        }
    }

    @Test
    @Tag("S7")
    void eachRoleHasTheRightsItNeedsOnEachTableAndNoOthers() {
        assertThat(db.one(String.class, ACTUAL)).isEqualTo(EXPECTED.strip());
    }

    @Test
    @Tag("S7")
    void everybodyElseHasNone() {
        db.execute("do $$ begin create role rework_test_nobody; exception when duplicate_object then null; end $$");
        assertThat(db.one(String.class, """
                select string_agg(c.relname, ' ')
                  from pg_class c
                 where c.relnamespace = 'rework'::regnamespace
                   and c.relkind in ('r', 'p', 'v')
                   and (has_table_privilege('rework_test_nobody', c.oid, 'select, insert, update, delete, truncate')
                        or has_any_column_privilege('rework_test_nobody', c.oid, 'select, insert, update'))
                """)).isNull();
        assertThat(db.one(
                        Boolean.class, "select has_schema_privilege('rework_test_nobody', 'rework', 'usage, create')"))
                .isFalse();
        assertThat(db.one(Boolean.class, "select has_schema_privilege('rework_monitor', 'rework', 'create')"))
                .isFalse();
    }
}
