/**
 * Captures: frames are copied beside their way and written as pcapng.
 *
 * <p>An IO thread copies into a bounded ring of its own and never waits; a frame that finds no room
 * is counted and goes its way. One thread for each capture writes what the rings hold.
 */
package org.vhostdp.dataplane.capture;
