package org.vhostdp.store.install;

import org.vhostdp.store.DriverDescriptor;

/**
 * What was done.
 *
 * @param driver the version that it was done to
 * @param sha its name in the store
 * @param active whether it is the active version now
 * @param sentence what was done, for people
 */
public record Change(DriverDescriptor driver, String sha, boolean active, String sentence) {}
