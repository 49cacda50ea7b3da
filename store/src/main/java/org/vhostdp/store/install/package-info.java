/**
 * Changes of an installed store: a package is unpacked beside it within bounds, checked, and
 * renamed into it; links say which version is active. A failure leaves the store as it was.
 */
package org.vhostdp.store.install;
