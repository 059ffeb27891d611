// What each kind of claim says (certificates/README.md, section 4): a name, plain words, formulas, constants.
//
// The constants come from the claim's own object. The verifier derives the sentence from the same object, so that for a verified
// certificate formula and sentence say the same.

import { log10, tex, text } from "./number.js";

const gradientNorm = String.raw`\lVert\nabla L(W)\rVert_F`;
const loss = "L(W)";

/** 3/4 as an exponent; 1 is left out. */
const exponent = (beta) => (log10(beta) === 0 ? "" : `^{${beta.includes("/") ? beta : tex(beta)}}`);
const power = (base, beta) => base + exponent(beta);

/** "for every W in the boxes" and its like, before a formula. */
function quantified(formula, claim, network) {
  if (network.point) return formula;
  return claim.negated ? String.raw`\exists\,W\in\mathbf{W}:\quad ${formula}` : String.raw`\forall\,W\in\mathbf{W}:\quad ${formula}`;
}

/** What the claim is about, in words. */
export function scope(claim, network) {
  if (claim.quantifier === "forall-students")
    return "It is about the teachers alone: it holds for every number of students, in every dimension, and every choice of their weights that meets the conditions.";
  if (claim.kind === "teacher") return "It is about the teachers alone, whatever students there are.";
  if (network.point) return "It is about exactly the weights in the file, every digit of them.";
  return claim.negated
    ? "It is about the boxes in the file: for at least one choice of the numbers in them."
    : "It is about the boxes in the file: for every choice of the numbers in them at once.";
}

/** lo <= middle <= hi; one below the other where the numbers are long, so that they fit a phone. */
function between(lo, middle, hi) {
  const [first, second] = [tex(lo), tex(hi)];
  return first.length + second.length < 26
    ? String.raw`${first}\;\le\;${middle}\;\le\;${second}`
    : String.raw`\begin{array}{l}${middle}\;\ge\;${first}\\ ${middle}\;\le\;${second}\end{array}`;
}

const sharp = {
  norm: { envelope: "-2", path: "-1/2", rate: "-1" },
  unit: { envelope: "-3", path: "-1", rate: "-3/2" },
};

/** q(t) of an envelope in TeX; two lines one below the other, so that they fit a phone. */
function q(envelope) {
  const lines = envelope.map(({ a, c }) => String.raw`${tex(a)}+${tex(c)}\,t`);
  return lines.length === 1 ? lines[0] : String.raw`\min\left\{\begin{array}{l}${lines.join(String.raw`\\ `)}\end{array}\right\}`;
}
/** A power of q(t): written out where that is short. */
const powerOfQ = (envelope, exponent) => (envelope.length === 1 ? String.raw`\bigl(${q(envelope)}\bigr)` : "q(t)") + `^{${exponent}}`;

/** The bounds that `recovery-for-all` states, and `convergence` with a factor e(t). */
function recoveryFormulas(claim, factor = "") {
  const times = (constant) => tex(constant) + factor;
  const rows = [
    ["misalignment", String.raw`\sum_{j\ \text{in a class}}\lVert p_j\rVert\,(1-\cos\theta_j)\;\le\;`, "mass that points away from its teacher's line"],
    ["far_mass", String.raw`\sum_{j\ \text{far}}\lVert p_j\rVert\;\le\;`, "mass near no teacher"],
    ["residual", String.raw`\Bigl(\sum_i\lVert v_i\rVert^2\Bigr)^{1/2}\;\le\;`, "how far the classes' sums are from their teachers"],
    ["deficit", String.raw`\text{mass of class }i\;\ge\;\lVert p_i^*\rVert-`, "every teacher is covered"],
    ["excess", String.raw`\text{mass of class }i\;\le\;\lVert p_i^*\rVert+`, "and not over-covered"],
    ["opposed", String.raw`\sum_{j\ \text{opposed}}\lVert p_j\rVert\;\le\;`, "mass on the far side of its teacher"],
  ];
  const found = rows.filter(([key]) => claim[key] !== undefined).map(([key, formula, says]) => ({ tex: formula + times(claim[key]), says }));
  if (claim.mass !== undefined)
    found.push({
      tex: String.raw`\lVert p_j\rVert\ge ${tex(claim.mass)}\;\Longrightarrow\;\theta_j\le ${tex(claim.angle)}`,
      says: "every student of some mass points along a teacher",
    });
  return found;
}

const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

const kinds = {
  loss: {
    name: () => "Bounds of the loss",
    plain: (claim) =>
      claim.negated
        ? "The loss of the student network – half its mean squared difference from the teacher network on standard normal inputs – does not lie within the bounds that were asked about."
        : "The loss of the student network – half its mean squared difference from the teacher network on standard normal inputs – lies within these bounds.",
    formulas: (claim, network) => {
      const { lo, hi, negated } = claim;
      const sides = negated
        ? [lo !== undefined && `${loss}<${tex(lo)}`, hi !== undefined && `${loss}>${tex(hi)}`].filter(Boolean).join(String.raw`\quad\text{or}\quad `)
        : lo !== undefined && hi !== undefined
          ? between(lo, loss, hi)
          : lo !== undefined
            ? String.raw`${loss}\;\ge\;${tex(lo)}`
            : String.raw`${loss}\;\le\;${tex(hi)}`;
      return [{ tex: quantified(sides, claim, network) }];
    },
  },

  gradient: {
    name: () => "Values of the gradient",
    plain: (claim) =>
      claim.negated
        ? "The gradient of the loss does not lie within the intervals that were asked about."
        : claim.gradient
          ? "Every partial derivative of the loss in the students' weights lies in its listed interval, and so does the length of the gradient where one is listed."
          : "The length of the loss's gradient in the students' weights lies within these bounds.",
    formulas: (claim, network) => {
      const found = [];
      if (claim.gradient && !claim.negated)
        found.push({ tex: quantified(String.raw`\frac{\partial L}{\partial w_{jk}}(W)\in\bigl[\,g_{jk}^{\mathrm{lo}},\;g_{jk}^{\mathrm{hi}}\,\bigr]`, claim, network), says: "for every student j and coordinate k; the intervals are listed below" });
      if (claim.gradient_norm) {
        const { lo, hi } = claim.gradient_norm;
        const inside = between(lo, gradientNorm, hi);
        const outside = String.raw`${gradientNorm}<${tex(lo)}\quad\text{or}\quad ${gradientNorm}>${tex(hi)}`;
        if (!(claim.negated && claim.gradient)) found.push({ tex: quantified(claim.negated ? outside : inside, claim, network) });
      }
      return found;
    },
  },

  lojasiewicz: {
    name: (claim) => (claim.negated ? "A Łojasiewicz inequality that fails" : "A Łojasiewicz inequality"),
    plain: (claim) => {
      const bound = `${text(claim.kappa)} times ${claim.beta === "1" ? "the loss itself" : `the loss to the power ${text(claim.beta)}`}`;
      return claim.negated
        ? `The gradient of the loss is smaller than ${bound}: with this constant the Łojasiewicz inequality is false here.`
        : `The gradient of the loss is at least ${bound}. Where such an inequality holds, the gradient cannot vanish while there is loss left, so gradient descent has a way down.`;
    },
    formulas: (claim, network) => [
      { tex: quantified(String.raw`${gradientNorm}\;${claim.negated ? "<" : String.raw`\ge`}\;${tex(claim.kappa)}\;${power(loss, claim.beta)}`, claim, network) },
    ],
  },

  recovery: {
    name: (claim) => (claim.negated ? "Recovery bounds that fail" : "Recovery of the teachers"),
    plain: (claim) =>
      claim.negated
        ? `Each student is assigned to its nearest teacher as listed (to none, if it is farther than ${text(claim.delta1)} radians from all), and at least one of the bounds below fails.`
        : `Each student is assigned to the nearest teacher as listed (to none, if it is farther than ${text(claim.delta1)} radians from all), and these bounds hold: how far the students of a teacher point away from it, how well together they add up to it, and how much mass is far from every teacher.`,
    formulas: (claim, network) => {
      const parts = [
        ["angle", String.raw`\frac{\sum_{j\in T_i}\lVert p_j\rVert\,\theta_j}{\sum_{j\in T_i}\lVert p_j\rVert}\;\le\;`, "mean angle of each teacher's students, weighted by mass, in radians"],
        ["residual", String.raw`\Bigl\lVert\sum_{j\in T_i}\pm p_j-p_i^*\Bigr\rVert\;\le\;`, "what the students of each teacher lack to add up to it"],
        ["far_mass", String.raw`\sum_{j\ \text{far}}\lVert p_j\rVert\;\le\;`, "mass far from every teacher"],
      ].filter(([key]) => claim[key] !== undefined);
      return parts.map(([key, formula, says], index) => ({
        tex: (index === 0 && claim.negated ? String.raw`\text{not all of:}\quad ` : "") + formula + tex(claim[key]),
        says: says + (network.point ? "" : claim.negated ? " (for some choice in the boxes)" : " (for every choice in the boxes)"),
      }));
    },
  },

  "not-pl": {
    name: (claim) => (claim.negated ? "The Polyak–Łojasiewicz inequality at a point" : "A failure of the Polyak–Łojasiewicz inequality"),
    plain: (claim) =>
      claim.negated
        ? "The squared gradient is at least 2c times the loss here, or zero: this point does not refute the Polyak–Łojasiewicz inequality with this constant."
        : "The gradient is not zero, and yet its square is smaller than 2c times the loss: the Polyak–Łojasiewicz inequality, on which many convergence proofs rest, is false here with this constant.",
    formulas: (claim, network) => {
      const right = String.raw`2\cdot ${tex(claim.constant)}\cdot ${loss}`;
      const squared = String.raw`${gradientNorm}^2`;
      return [
        {
          tex: quantified(
            claim.negated ? String.raw`${gradientNorm}=0\quad\text{or}\quad ${squared}\;\ge\;${right}` : String.raw`0\;<\;${squared}\;<\;${right}`,
            claim,
            network,
          ),
        },
      ];
    },
  },

  "not-convex": {
    name: (claim) => (claim.negated ? "Curvature that is not negative" : "The loss is not convex"),
    plain: (claim) => {
      if (claim.direction)
        return claim.negated
          ? "Along the listed direction the loss does not curve downwards at these weights."
          : "Along the listed direction the loss curves downwards at these weights. So it is not convex on any neighbourhood of them.";
      return claim.negated
        ? "Between these weights and the listed others, the loss at the given point of the connecting line does not lie above the chord."
        : "Between these weights and the listed others, the loss lies above the straight chord. So it is not convex on any convex set that contains both.";
    },
    formulas: (claim) => {
      if (claim.direction)
        return [{ tex: String.raw`U\cdot\nabla^2L(W)\,U\;${claim.negated ? String.raw`\ge` : "<"}\;0`, says: "U is the direction listed below" }];
      const lambda = tex(claim.lambda);
      const sign = claim.negated ? String.raw`\le` : ">";
      return [
        {
          tex: String.raw`L\bigl((1-\lambda)W+\lambda W_1\bigr)\;${sign}\;(1-\lambda)L(W)+\lambda L(W_1),\qquad\lambda=${lambda}`,
          says: "the weights of the other end are listed below",
        },
      ];
    },
  },

  teacher: {
    name: (claim) => (claim.negated ? "Teacher constants that are wrong" : "Constants of the teachers"),
    plain: (claim) =>
      claim.negated
        ? "At least one of the listed constants of the teachers lies outside its interval."
        : "How far apart the teachers point, how heavy they are, and how well the theory can tell them apart (the number µ): the constants on which every theorem about all students rests.",
    formulas: (claim) => {
      const prefix = claim.negated ? String.raw`\text{not all of:}\quad ` : "";
      const found = [];
      if (claim.separation) found.push({ tex: String.raw`\min_{i\ne k}\angle(\text{line }i,\text{line }k)\in[${tex(claim.separation.lo)},\;${tex(claim.separation.hi)}]`, says: "the smallest angle between two teachers' lines, in radians" });
      if (claim.norms) found.push({ tex: String.raw`\lVert p_i^*\rVert\in\bigl[\,n_i^{\mathrm{lo}},\;n_i^{\mathrm{hi}}\,\bigr]`, says: "the teachers' masses; the intervals are listed below" });
      if (claim.mu) found.push({ tex: String.raw`\mu=\lambda_{\min}(\Gamma)\in[${tex(claim.mu.lo)},\;${tex(claim.mu.hi)}]`, says: "the smallest eigenvalue of the tangent Gram matrix" });
      if (found.length > 0) found[0].tex = prefix + found[0].tex;
      return found;
    },
  },

  landscape: {
    name: () => "The landscape near the teachers",
    plain: (claim) =>
      "Take any number of students whose directions all lie close to the teachers' – within the angle δ – and whose loss is at most ε₀. Then the gradient is bounded below by a power of the loss. So among such students there is no point where descent could get stuck, except those of zero loss.",
    formulas: (claim, network) => [
      {
        tex: String.raw`\text{all angles}\le ${tex(claim.delta)}\ \text{ and }\ ${loss}\le ${tex(claim.eps0)}`,
        says: "the condition; no student may be zero in unit form".replace(network.neuron === "unit" ? "" : "; no student may be zero in unit form", ""),
      },
      { tex: String.raw`\Longrightarrow\;\; ${gradientNorm}\;\ge\;${tex(claim.kappa)}\;${power(loss, claim.beta)}` },
      { tex: String.raw`\text{and}\;\; ${gradientNorm}\;\ge\;${tex(claim.kappa_1)}\;${loss}` },
    ],
  },

  threshold: {
    name: () => "A loss below which descent cannot get stuck",
    plain: () =>
      "Whatever the number of students, whatever their weights: once the loss is at most ε₀, the gradient is bounded below by a power of the loss. So below that loss there is no critical point except those of zero loss. This is Theorem 4 of Zhou, Ge and Jin (COLT 2021) for these teachers, with its constants.",
    formulas: (claim, network) => [
      {
        tex: String.raw`${loss}\le ${tex(claim.eps0)}`,
        says: network.neuron === "unit" ? "the condition, for students none of which is zero" : "the only condition",
      },
      { tex: String.raw`\Longrightarrow\;\; ${gradientNorm}\;\ge\;${tex(claim.kappa)}\;${power(loss, claim.beta)}` },
      { tex: String.raw`\text{and}\;\; ${gradientNorm}\;\ge\;${tex(claim.kappa_1)}\;${loss}` },
    ],
  },

  "recovery-for-all": {
    name: () => "What a small loss says about every student",
    plain: () =>
      "Whatever the number of students, whatever their weights: if the loss is at most the given value, then the students have found the teachers, within these bounds.",
    formulas: (claim) => [
      {
        tex: String.raw`${loss}\le ${tex(claim.loss)}`,
        says: `the condition; a student belongs to the teacher with the nearest line, if that is within ${text(claim.delta1)} radians, and is far otherwise`,
      },
      ...recoveryFormulas(claim).map((row, index) => (index === 0 ? { ...row, tex: String.raw`\Longrightarrow\quad ` + row.tex } : row)),
    ],
  },

  convergence: {
    name: (claim) => (claim.dynamics === "flow" ? "Convergence of the gradient flow" : "Convergence of gradient descent"),
    plain: (claim) =>
      (claim.dynamics === "flow"
        ? "The gradient flow that starts at the given weights runs to zero loss, "
        : `Gradient descent that starts at the given weights, with step ${text(claim.step)} and in exact arithmetic, runs to zero loss, `) +
      "and at every time the loss is below the explicit bound that follows (the envelope)." +
      (claim.limit?.some((teacher) => teacher !== null) ? " It also says on which teacher's line students end." : ""),
    formulas: (claim, network) => {
      const form = sharp[network.neuron];
      const dynamics =
        claim.dynamics === "flow"
          ? { tex: String.raw`\frac{\mathrm d W_t}{\mathrm d t}=-\nabla L(W_t),\qquad W_0=W`, says: `the flow${network.neuron === "unit" ? "; a student that reaches 0 stays there" : ""}` }
          : { tex: String.raw`W_{t+1}=W_t-${tex(claim.step)}\,\nabla L(W_t),\qquad W_0=W`, says: "descent, from the given weights" };
      const found = [dynamics, { tex: String.raw`L(W_t)\;\le\;${powerOfQ(claim.envelope, form.envelope)}`, says: "for every t: the envelope" }];
      const rest = claim.envelope.length > 1 || claim.distance || claim.recovery;
      if (rest) found.push({ tex: String.raw`q(t)=${q(claim.envelope)}`, says: "an abbreviation" });
      if (claim.linear_rate) found.push({ tex: String.raw`L(W_t)\cdot ${tex(claim.linear_rate)}\cdot t\;\le\;1`, says: "for every t: a second bound, the better one for some t" });
      if (claim.distance)
        found.push({
          tex: String.raw`\lVert W_t-W_\infty\rVert_F\;\le\;${tex(claim.distance)}\;q(t)^{${form.path}}`,
          says: String.raw`the weights have a limit, and its loss is zero: $L(W_\infty)=0$`,
        });
      if (claim.recovery) {
        const { delta1, classes, delta, heavy, angle } = claim.recovery;
        found.push({
          tex: String.raw`e(t)=q(t)^{${form.rate}}`,
          says: classes
            ? `with the classes listed below: every student of a class stays within ${text(delta)} radians of its teacher, and for every t`
            : `with classes by the nearest line within ${text(delta1)} radians, for every t`,
        });
        found.push(...recoveryFormulas({ ...claim.recovery, mass: undefined }, String.raw`\;e(t)`));
        if (angle)
          found.push({
            tex: String.raw`2\sin\tfrac{\theta_j}{2}\;\le\;\Bigl(\frac{${tex(angle)}\;e(t)}{\lVert p_j\rVert}\Bigr)^{2/3}`,
            says: heavy ? `for every student of mass above ${text(heavy)} · e(t)` : "for every student of a class",
          });
      }
      if (claim.target) found.push({ tex: String.raw`L(W_t)\;\le\;${tex(claim.target.loss)}\qquad\text{for every }t\ge ${tex(claim.target.steps)}`, says: "the target that was asked for" });
      return found;
    },
  },

  trajectory: {
    name: () => "A recorded run of gradient descent",
    plain: (claim) =>
      `A program recorded ${plural(claim.iterates, "iterate")}, in floating point. Each is a step of gradient descent from the one before, with step ${text(claim.step)}, up to a relative error of ${text(claim.epsilon)}; and the loss really fell at every step.`,
    formulas: (claim, network) => {
      const found = [
        {
          tex: String.raw`\lVert W_{t+1}-W_t+\eta\,\nabla L(W_t)\rVert_F\;\le\;\varepsilon\,\eta\,\lVert\nabla L(W_t)\rVert_F,\qquad \eta=${tex(claim.step)},\;\varepsilon=${tex(claim.epsilon)}`,
          says: `for t = 0, …, ${claim.iterates - 1}`,
        },
        { tex: String.raw`L(W_{t+1})\;<\;L(W_t)`, says: `for t = 0, …, ${claim.iterates - 1}` },
      ];
      if (claim.envelope) found.push({ tex: String.raw`L(W_t)\;\le\;${powerOfQ([claim.envelope], sharp[network.neuron].envelope)}`, says: `for t = 0, …, ${claim.iterates}` });
      return found;
    },
  },
};

/** {name, plain, formulas: [{tex, says}]} of a claim; for an unknown kind only what can be said. */
export function describe(claim, network) {
  const kind = kinds[claim.kind];
  if (!kind) return { name: `A claim of the kind ${claim.kind}`, plain: "This page does not know this kind of claim; its sentence stands below.", formulas: [] };
  return { name: kind.name(claim), plain: kind.plain(claim), formulas: kind.formulas(claim, network) };
}

const meanings = {
  loss: { lo: ["L^{\\mathrm{lo}}", "lower bound of the loss"], hi: ["L^{\\mathrm{hi}}", "upper bound of the loss"] },
  gradient: { "gradient_norm.lo": ["", "lower bound of the gradient's length"], "gradient_norm.hi": ["", "upper bound of the gradient's length"] },
  lojasiewicz: { kappa: ["\\kappa", "the constant of the inequality"], beta: ["\\beta", "its exponent"] },
  recovery: {
    delta1: ["\\delta_1", "a student farther than this from every teacher is far (radians)"],
    angle: ["", "bound of the mean angles (radians)"],
    residual: ["", "bound of every residual"],
    far_mass: ["", "bound of the far mass"],
  },
  "not-pl": { constant: ["c", "the constant with which the inequality is tried"] },
  "not-convex": { lambda: ["\\lambda", "the place on the chord"] },
  teacher: {
    "separation.lo": ["\\Delta", "smallest angle between two lines, from below (radians)"],
    "separation.hi": ["\\Delta", "smallest angle between two lines, from above (radians)"],
    "mu.lo": ["\\mu", "smallest eigenvalue, from below"],
    "mu.hi": ["\\mu", "smallest eigenvalue, from above"],
  },
  landscape: { delta: ["\\delta", "how far students may point from the teachers (radians)"] },
  "recovery-for-all": {
    loss: ["", "the loss that is supposed"],
    delta1: ["\\delta_1", "a student farther than this from every teacher's line is far (radians)"],
    mass: ["", "students of at least this mass"],
    angle: ["", "point within this angle of a teacher's line (radians)"],
  },
  convergence: {
    step: ["\\eta", "the step of descent"],
    linear_rate: ["", "the rate of the second bound"],
    distance: ["", "factor of the distance to the limit"],
    "recovery.delta1": ["\\delta_1", "classes by the nearest line within this angle (radians)"],
    "recovery.delta": ["\\delta", "angle within which the students of a class stay (radians)"],
    "recovery.heavy": ["", "factor of the mass from which angles are bounded"],
    "recovery.angle": ["", "factor of the bound of single angles"],
    "target.loss": ["", "the loss that was asked for"],
    "target.steps": ["", "steps after which it is certain"],
  },
  trajectory: { step: ["\\eta", "the step of descent"], epsilon: ["\\varepsilon", "relative error allowed for a step"], iterates: ["T", "recorded iterates after the first"] },
};

const everywhere = {
  eps0: ["\\varepsilon_0", "the loss up to which it holds"],
  kappa: ["\\kappa", "the constant for the power of the loss"],
  beta: ["\\beta", "that power"],
  kappa_1: ["\\kappa_1", "the constant for the loss itself"],
  misalignment: ["", "bound of the misalignment"],
  far_mass: ["", "bound of the far mass"],
  residual: ["", "bound of the residuals"],
  deficit: ["", "what a class may lack of its teacher's mass"],
  excess: ["", "what a class may exceed its teacher's mass by"],
  opposed: ["", "bound of the mass on the far side"],
  a: ["a", "the envelope's first number: it begins at this power of the first loss"],
  c: ["c", "the envelope's second number: how fast it falls"],
};

/** Every scalar constant of a claim as {name, symbol, value, meaning}, and its lists as {name, value}. */
export function constants(claim) {
  const scalars = [];
  const lists = [];
  const visit = (name, value) => {
    if (Array.isArray(value) && !(name === "envelope" && typeof value[0] === "object")) {
      lists.push({ name, value });
    } else if (value !== null && typeof value === "object") {
      for (const [key, member] of Object.entries(value)) visit(Array.isArray(value) ? `${name}[${key}]` : `${name}.${key}`, member);
    } else {
      const [symbol, meaning] = meanings[claim.kind]?.[name] ?? everywhere[name.replace(/^.*\./, "")] ?? ["", ""];
      scalars.push({ name, symbol, value: String(value), meaning });
    }
  };
  const common = new Set(["kind", "quantifier", "negated", "statement", "dynamics"]);
  for (const [name, value] of Object.entries(claim)) if (!common.has(name)) visit(name, value);
  return { scalars, lists };
}
