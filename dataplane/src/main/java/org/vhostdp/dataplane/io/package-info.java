/**
 * IO threads: who runs the hot path, and how it sleeps.
 *
 * <p>One IO thread owns a queue pair; nothing on the hot path is locked or shared. Control threads
 * reach it through commands that it drains between turns. A pair without work is parked: its ring
 * asks for kicks, its driver's descriptor is watched, and it costs nothing.
 */
package org.vhostdp.dataplane.io;
