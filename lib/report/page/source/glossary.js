// The words of these pages, for a reader who has never met them.

import { element, prose, unfolded } from "./element.js";

const words = [
  ["teacher network, student network", "The teacher is a fixed network with one hidden layer, whose output is to be imitated. The student is a network of the same kind, usually with more neurons, that is trained to do so."],
  ["teacher, student", "One neuron of either. Teacher i has weights $w_i^*$, student j has weights $w_j$; there are r teachers and m students in dimension d. They are numbered from 0, as in the files."],
  ["$W$", "All the students' weights together: an m × d matrix with one row a student."],
  ["unit form, norm form", "A neuron in unit form computes $\\sigma(w\\cdot x)$, in norm form $\\lVert w\\rVert\\,\\sigma(w\\cdot x)$."],
  ["effective vector $p$, mass", "A neuron computes $\\sigma(p\\cdot x)$ with $p=w$ in unit form and $p=\\lVert w\\rVert w$ in norm form. Its length $\\lVert p\\rVert$ is the neuron's mass."],
  ["loss $L(W)$", "Half the mean squared difference between student and teacher network, over inputs $x$ from the standard normal distribution: the mean over all inputs, not over a data set. It is zero where the student computes what the teacher does."],
  ["gradient $\\nabla L(W)$", "The m × d matrix of the loss's partial derivatives in the students' weights; $\\lVert\\cdot\\rVert_F$ is the square root of the sum of its squared entries."],
  ["gradient descent, gradient flow", "Descent makes steps $W_{t+1}=W_t-\\eta\\nabla L(W_t)$. The flow is what remains when the step $\\eta$ tends to 0."],
  ["Łojasiewicz inequality", "$\\lVert\\nabla L(W)\\rVert_F\\ge\\kappa\\,L(W)^\\beta$ with constants $\\kappa>0$ and $\\beta$: the gradient can only be small where the loss is small. For $\\beta=\\tfrac12$ it is the Polyak–Łojasiewicz inequality."],
  ["class, far", "The students whose nearest teacher is the same, if it is near enough; the others are far."],
  ["angle $\\theta_j$", "Between a student and its teacher, in radians. Where the activation is even, between their lines."],
  ["residual $v_i$", "The sum of the effective vectors of a teacher's class less the teacher's own: what the class lacks to equal its teacher."],
  ["envelope", "An explicit function of the time t that the loss stays below."],
  ["box", "An interval of numbers in place of a number. A claim about boxes is about every choice of the numbers in them."],
  ["instance, digest", "An instance is the network that a claim is about, as exact numbers in a file. Its digest (SHA-256) changes with any digit, and binds a certificate to it."],
  ["certificate, verified", "A certificate is a file with one claim. Verified means that lojaverify, a program that shares no code with the prover, decided the claim again from the instance."],
  ["enclosure $[a,b]$", "Two numbers between which the true value certainly lies. Where both begin with the same digits these are shown, followed by …: they are certain."],
];

export const glossary = () =>
  element("section", { "aria-labelledby": "words" }, element("h2", { id: "words" }, "Words"), unfolded(true, "What the words on this page mean", element("dl", { class: "words" }, words.map(([word, meaning]) => [element("dt", {}, prose(word)), element("dd", {}, prose(meaning))]))));
