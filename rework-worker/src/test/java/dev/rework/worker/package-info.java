/** Tests of the worker, most of them with real child JVMs on a real Postgres. */
package dev.rework.worker;
