/**
 * The driver store and the loader: each driver is a folder, loaded into a module layer and class
 * loader of its own, so that versions and libraries never clash. The host's SPI always wins.
 *
 * <p>Native access is granted to the driver's module by name. A driver in native code owns the
 * process: isolation of classes is no sandbox.
 */
package org.vhostdp.store;
