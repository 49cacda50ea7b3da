/**
 * Linux, as vhost-dp uses it.
 *
 * <p>Two kinds of methods. <b>Hot</b> ones ({@link org.vhostdp.linux.Io}, the static methods of
 * {@link org.vhostdp.linux.EventFd}, {@link org.vhostdp.linux.Epoll#await}) neither throw nor
 * allocate: they return a result of zero or more, or a negative errno. All others throw {@link
 * org.vhostdp.linux.LinuxException}, whose message is a sentence: the call, the object, errno's
 * name, and what to do.
 *
 * <p>Whoever holds an {@link org.vhostdp.linux.Fd}, a {@link org.vhostdp.linux.Mapping} or anything
 * else that can be closed owns it and closes it. {@link org.vhostdp.linux.Fd#openCount()} and
 * {@link org.vhostdp.linux.Mapping#openCount()} make leaks visible.
 *
 * <p>Not exported: {@code org.vhostdp.linux.generated}, written by jextract from the kernel's and
 * libc's headers.
 */
package org.vhostdp.linux;
