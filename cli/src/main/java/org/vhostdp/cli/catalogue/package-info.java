/** A static site of the drivers in a store: what they are, what they can do, who vouches. */
package org.vhostdp.cli.catalogue;
