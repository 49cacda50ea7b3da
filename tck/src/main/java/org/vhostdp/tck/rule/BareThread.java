package org.vhostdp.tck.rule;

import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.vhostdp.linux.Capability;

/** Does something on a thread of its own, which may have lost privileges and ends afterwards. */
public final class BareThread {
  /** Name of a thread without any capability. */
  public static final String NOTHING = "tck-no-privilege";

  /** Name of a thread that has what its parent has. */
  public static final String OTHER = "tck-other";

  /** Name of a thread with the privileges that a driver's documentation names. */
  public static final String LEAST = "tck-least-privilege";

  private BareThread() {}

  /** On another thread with the privileges of this one. */
  public static <T> T other(Callable<T> act) throws Exception {
    return run(OTHER, act);
  }

  /** On a thread without any capability(7), called {@link #NOTHING}. */
  public static <T> T without(Callable<T> act) throws Exception {
    return keeping(NOTHING, Set.of(), act);
  }

  /** On a thread that has no other capabilities than these, called {@link #LEAST}. */
  public static <T> T keeping(Set<Integer> capabilities, Callable<T> act) throws Exception {
    return keeping(LEAST, capabilities, act);
  }

  private static <T> T keeping(String name, Set<Integer> capabilities, Callable<T> act)
      throws Exception {
    int[] kept = capabilities.stream().mapToInt(Integer::intValue).toArray();
    return run(
        name,
        () -> {
          Capability.keepOnly(kept);
          return act.call();
        });
  }

  private static <T> T run(String name, Callable<T> act) throws Exception {
    FutureTask<T> task = new FutureTask<>(act);
    Thread.ofPlatform().daemon().name(name).start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Exception cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw e;
      }
    }
  }
}
