package org.vhostdp.tck.run;

/** The program of processes that know the toy rules. */
public final class ToyMain {
  private ToyMain() {}

  public static void main(String[] args) throws Exception {
    Answers.serve(ToyRules.book());
  }
}
