/** The command {@code bench/run}: suites, each a package of its own, that measure vhost-dp. */
package org.vhostdp.bench;
