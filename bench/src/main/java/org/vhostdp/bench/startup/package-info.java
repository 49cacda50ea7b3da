/** The time from the command to the socket that a guest can connect to. */
package org.vhostdp.bench.startup;
