/**
 * IO threads: who runs the hot path, and how it sleeps.
 *
 * <p>One IO thread owns a queue pair; nothing on the hot path is locked or shared. Control threads
 * reach it through commands that it drains between turns. A pair without work is parked: its ring
 * asks for kicks, its driver's descriptor is watched, and it costs nothing.
 *
 * <p>A driver's call that does not return takes its thread with it. A watchdog sees that and puts a
 * substitute in the thread's place; who owns what then is settled by one word, the lease.
 */
package org.vhostdp.dataplane.io;
