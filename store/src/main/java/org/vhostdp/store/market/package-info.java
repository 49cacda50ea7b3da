/** Where drivers are offered: Maven repositories and catalogues. */
package org.vhostdp.store.market;
