package dev.rework.embedded;

/** A test JVM of a build: makes a database, says where, and leaves when its input ends. */
final class FixtureMain {

    private FixtureMain() {}

    public static void main(String[] args) throws Exception {
        TestDatabase db = TestDatabase.empty().create("fixture");
        db.execute("create table mine (n int)");
        System.out.println("made " + db.jdbcUrl());
        System.in.read();
        System.out.println("still there " + db.number("select count(*) from mine"));
    }
}
