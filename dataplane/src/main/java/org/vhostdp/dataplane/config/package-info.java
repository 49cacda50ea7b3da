/** What an operator configures, as values: read from a file or options by the command. */
package org.vhostdp.dataplane.config;
