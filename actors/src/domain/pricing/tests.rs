mod observations;
mod price;
mod rules;
