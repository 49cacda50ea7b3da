/** The commands {@code vhost-dp tck}. */
package org.vhostdp.cli.tck;
