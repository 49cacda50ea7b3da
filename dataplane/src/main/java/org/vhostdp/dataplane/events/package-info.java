/**
 * Events for the JDK's Flight Recorder: what happens seldom and explains much. Any thread commits
 * them, though never for each frame. While nothing records they cost an object and a look at a
 * flag.
 */
package org.vhostdp.dataplane.events;
