/**
 * Guest memory as a front-end shares it: bounded regions, translation, replacement.
 *
 * <p>A {@link org.vhostdp.dataplane.memory.GuestMemory} is an immutable table. A change makes a new
 * table; the old one is unmapped when every ring that used it has been detached.
 */
package org.vhostdp.dataplane.memory;
